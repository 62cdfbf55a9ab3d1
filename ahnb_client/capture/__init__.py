"""What a training consists of, as plain JSON: model, optimizer, arguments, environment."""
