package payout_test

const workerEnv = "FENLI_PAYOUT_WORKER"

func work() {}
