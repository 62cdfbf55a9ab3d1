"""How one thing differs from another: layers, lines, cells. Pure, no database."""
