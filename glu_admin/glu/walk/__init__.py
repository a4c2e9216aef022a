"""The one way lists are read, whatever they hold: without page numbers, and without input or output."""
