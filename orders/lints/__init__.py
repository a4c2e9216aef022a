"""What is odd in an order: rules that pages tell in words and the mirror’s writers keep on the order."""
