-- What matched lines are at every hop, numbered in the order of the chain.
SELECT * EXCLUDE (chain_no, set_no) FROM placed_charge
