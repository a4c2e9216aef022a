"""How values are said to people: money, times, texts and the fields of an order, whatever Glu sent in them."""
