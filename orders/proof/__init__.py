"""What is proven of an organisation’s copy and how fresh it is: the read side of the mirror."""
