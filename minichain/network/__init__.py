"""Part 7: the network. First the simulated one, in which consensus is broken on purpose and can be watched doing it."""
