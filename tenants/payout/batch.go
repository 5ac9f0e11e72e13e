package payout
