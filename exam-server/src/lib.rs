//! The judge and the memory: one binary that keeps rosters, sittings, answers and receipts.
