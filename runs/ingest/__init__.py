"""One batch from bytes to rows: read strictly, refuse item by item, apply what events say."""
