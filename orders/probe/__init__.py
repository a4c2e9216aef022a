"""First contact: asks Glu, with GET alone, how it behaves where its documentation is silent."""
