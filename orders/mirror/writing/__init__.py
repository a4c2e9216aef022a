"""The only writers of mirrored rows. They speak with nobody: their caller holds the organisation's lease."""
