"""The member, its addresses and what a change may do."""
