"""What is held of a person: how long, handed out on request, erased on request."""
