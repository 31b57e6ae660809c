"""What annet's rulebooks do not know and jbnet renders: IPsec. Data in annet's own form, on top of annet's rules."""
