"""What is compared: each of these is a program of its own, as small as what it is allows."""
