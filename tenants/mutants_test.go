package tenants_test

// mutant is a guard taken away: the test that claims to need it must fail.
type mutant struct {
	promise string
	file    string // from this folder
	guard   string // text that stands there once
	without string
	test    string // package and test that must notice
}

var mutants = []mutant{
	{
		promise: "M12 a late award is not stranded behind the mark",
		file:    "commission/reconcile.go", guard: "if earliest := mark.Add(time.Microsecond); due.Before(earliest) {", without: "if earliest := mark; false {",
		test: "./settlement TestLateAward",
	},
	{
		promise: "A1 whoever decides about the staff is looked up under the lock of all owners",
		file:    "registry/staff.go", guard: "order by person_id for update`", without: "order by person_id`",
		test: "./registry/registryhttp TestStaff_WhoIsJustBeingDemoted",
	},
	{
		promise: "M12 what stands is computed from the refunds under the lock",
		file:    "commission/reconcile.go", guard: "stands, err := w.standing(refunds[:n])", without: "stands, err := w.standing(nil)",
		test: "./commission TestRefund$",
	},
	{
		promise: "M12 an order that was not decided keeps its lane",
		file:    "commission/lane.go", guard: "case w.blocked == nil:", without: "case true:",
		test: "./commission TestStrategyThatCannotDecide",
	},
	{
		promise: "M12 an order that became decidable while its neighbour was asked about keeps its lane",
		file:    "commission/lane.go", guard: "case w.blocked == nil && w.undecided():", without: "case false:",
		test: "./commission TestDrain_WhileTheStrategyThinks",
	},
	{
		promise: "M12 what was on hold is found again",
		file:    "commission/mark.go", guard: "a.tenant_id = m.tenant_id and a.hold <> '')", without: "a.tenant_id = m.tenant_id and false)",
		test: "./commission TestStoresMaturing_FindsWhatIsOnHold",
	},
	{
		promise: "M13 the first order of a batch is the buyer's first",
		file:    "commission/facts.go", guard: "w.seq == least[w.order.Buyer]", without: "w.seq > 0",
		test: "./commission TestDrain_BatchingDoesNotChangeAFen",
	},
	{
		promise: "M13 orders of the same person go one after another when the strategy asks what it gave",
		file:    "commission/wave.go", guard: "held[p.id] || waits && first < w.seq", without: "waits && first > w.seq",
		test: "./commission TestWaves_BatchingDoesNotChangeAFen",
	},
	{
		promise: "M13 what a refund took back is not raised by the next",
		file:    "commission/grants.go", guard: "stands[i] = min(stands[i], after[i])", without: "stands[i] = after[i]",
		test: "./commission TestRefund_HowOftenTheLaneLooksDoesNotChangeAFen",
	},
	{
		promise: "M3 a balance is locked before it is read",
		file:    "ledger/book.go", guard: "order by party for update`", without: "order by party`",
		test: "./ledger TestBook_SixtyFourAtOnceCannotSpendTheSameBalance",
	},
	{
		promise: "M3 two sent at once are taxed one after the other",
		file:    "withdrawal/tax.go", guard: "history, err := l.history(ctx, tx, false, true)", without: "history, err := l.history(ctx, tx, false, false)",
		test: "./withdrawal TestTax_SentAtOnceIsTheTaxOfTheSum",
	},
	{
		promise: "M3 nobody forfeits another amount than was confirmed",
		file:    "withdrawal/standing.go", guard: "if confirmed != nil && *confirmed != f.Amount {", without: "if false {",
		test: "./withdrawal TestForfeit_OfTheStoppedAloneAndGivenBackWhenOverturned",
	},
	{
		promise: "M3 a large withdrawal takes two different people",
		file:    "withdrawal/service.go", guard: "case w.FirstApprovedBy == by:", without: "case false:",
		test: "./withdrawal TestApprove_AboveTheThresholdTakesTwoDifferentPeople",
	},
	{
		promise: "M1 a posting tells the sealing of each of its entries",
		file:    "ledger/store.go", guard: "b.tx.Month(), ids)", without: "b.tx.Month(), ids[:1])",
		test: "./ledger TestSeal_NothingIsSkippedOrNumberedTwice",
	},
	{
		promise: "M1 the chain is made of what stands in the journal",
		file:    "ledger/walk.go", guard: "if !slices.Equal(h[:markSize], s.Marks[i*markSize:(i+1)*markSize]) {", without: "if slices.Equal(h[:], s.Marks) {",
		test: "./ledger TestVerify_FindsWhatTheOwnerDid",
	},
	{
		promise: "M1 a seal has the hash of its entries",
		file:    "ledger/walk.go", guard: "if h != s.end().hash {", without: "if false {",
		test: "./ledger TestVerify_FindsWhatTheOwnerDid",
	},
	{
		promise: "M1 every field of an entry is in its hash",
		file:    "ledger/chain.go", guard: "[...]string{e.Kind, e.Party.UUID(),", without: "[...]string{e.Kind,",
		test: "./ledger TestVerify_FindsWhatTheOwnerDid",
	},
	{
		promise: "M1 a movement that nobody posted is found",
		file:    "ledger/numbered.go", guard: "if numbered[r.Month] != (tally{r.N, r.Sum}) {", without: "if false {",
		test: "./ledger TestVerify_FindsWhatTheOwnerDid",
	},
	{
		promise: "M1 a head kept outside is held against the chain",
		file:    "ledger/verify.go", guard: "if h.Hash != s.Hash {", without: "if false {",
		test: "./ledger TestVerify_AKeptHeadFindsAChainWrittenAnew",
	},
	{
		promise: "M3 a balance is summed from its movements",
		file:    "ledger/check.go", guard: "where coalesce(sum, 0) <> coalesce(balance, 0)", without: "where false",
		test: "./ledger TestVerify_FindsWhatTheOwnerDid",
	},
	{
		promise: "M3 nothing is posted below a floor",
		file:    "ledger/book.go", guard: "if account, short := next.belowFloor(l.asset); short > 0 {", without: "if account, short := next.belowFloor(l.asset); short < 0 {",
		test: "./ledger TestBook$",
	},
	{
		promise: "statements hold nothing that was recorded after their period",
		file:    "ledger/periods.go", guard: "if s.Number > after && !s.RecordedAt.Before(at) {", without: "if s.Number > after && s.RecordedAt.After(at.Add(time.Hour)) {",
		test: "./settlement TestStatement_SaysWhatAPeriodHasMoved",
	},
	{
		promise: "statements and what is open are the balances",
		file:    "settlement/check.go", guard: "if stands[p] != is && len(found) < 100 {", without: "if len(found) < 0 {",
		test: "./settlement TestCheck_FindsWhatTheOwnerDid/closing",
	},
	{
		promise: "what matures at a close belongs to the next period",
		file:    "program/calendar.go", guard: "return chosen.Add(-time.Microsecond)", without: "return chosen",
		test: "./settlement TestPeriodEnd_WhatMaturedInMarch",
	},
	{
		promise: "nobody approves what they have proposed",
		file:    "adjustment/service.go", guard: "case a.ProposedBy == by:", without: "case by == \"\":",
		test: "./adjustment TestApprove_TakesASecondPerson",
	},
	{
		promise: "a month's bonuses stay within the budget",
		file:    "adjustment/store.go", guard: "where tenant_id = $1 for update`", without: "where tenant_id = $1`",
		test: "./adjustment TestBudget_TwoAtOnceCannotSpendItTwice",
	},
	{
		promise: "P1 what does not have its hash is not run",
		file:    "../plugins/host/store.go", guard: "if hex.EncodeToString(hash.Sum(nil)) != sha {", without: "if hash == nil {",
		test: "../plugins/host TestTrap/AChangedByteIsRefused",
	},
	{
		promise: "P1 a link is not followed",
		file:    "../plugins/host/store.go", guard: "os.O_RDONLY|syscall.O_NOFOLLOW", without: "os.O_RDONLY",
		test: "../plugins/host TestTheStoreIsNotBelievedEither/ALinkDoesNotStart",
	},
	{
		promise: "P2 an order that is answered twice is not decided",
		file:    "../plugins/host/evaluate.go", guard: "if times == 1 && e.decisions[from+at] != nil {", without: "if times >= 1 && e.decisions[from+at] != nil {",
		test: "../plugins/host TestEvaluate/AMalformedAnswerFailsTheOrdersItTouches",
	},
	{
		promise: "P2 an answer that depends on the neighbours is found",
		file:    "../plugins/host/purity.go", guard: "if !proto.Equal(was, is) {", without: "if was == nil {",
		test: "../plugins/host TestPurity/OneThatMindsItsNeighboursIsQuarantined",
	},
	{
		promise: "P3 a strategy that spins on is killed",
		file:    "../plugins/host/process.go", guard: "p.kill()\n\t\treturn errTimeout", without: "return errTimeout",
		test: "../plugins/host TestTrap/APluginThatSpinsOnIsKilled",
	},
	{
		promise: "P4 a strategy does not see the host's environment",
		file:    "../plugins/host/process.go", guard: "SkipHostEnv:      true,", without: "SkipHostEnv:      false,",
		test: "../plugins/host TestTrap/TheHostsEnvironmentIsNotInherited",
	},
	{
		promise: "P4 a strategy connects to nothing",
		file:    "../plugins/host/seccomp.go", guard: "unix.SYS_CONNECT, unix.SYS_PTRACE,", without: "unix.SYS_PTRACE,",
		test: "../plugins/host TestSandbox$",
	},
	{
		promise: "P3 no merchant makes a shared strategy crash again and again",
		file:    "commission/chance.go", guard: "if c.NextAt != nil && tx.Now().Before(*c.NextAt) {", without: "if false {",
		test: "../cmd/internal/app TestChances",
	},
	{
		promise: "P5 a decided order is not asked about again",
		file:    "commission/lane.go", guard: "return w.decision == nil && !w.order.PaidAt.IsZero()", without: "return !w.order.PaidAt.IsZero()",
		test: "./commission TestStoredAnswer_IsTheOneThatPays",
	},
	{
		promise: "P5 an order keeps the version it was placed under",
		file:    "commission/lane.go", guard: "s.programs.Revision(ctx, tx, w.order.Revision)", without: "s.programs.InForce(ctx, tx, tx.Now())",
		test: "./commission TestStoredAnswer_AnUpgrade",
	},
	{
		promise: "M7 what a closed month gave for an order comes back with it",
		file:    "commission/reconcile.go", guard: "r.shrink(w, refunds[w.order.ID], shares[w.order.ID])", without: "r.shrink(w, refunds[w.order.ID], shares[w.order.ID][:0])",
		test: "./commission TestPeriodShares_ComeBackWithTheirOrders",
	},
	{
		promise: "M5 an end is an end",
		file:    "payout/advance.go", guard: "if t.State.ended() {\n\t\tif isEnd && to != t.State {", without: "if t.State.ended() && false {\n\t\tif isEnd && to != t.State {",
		test: "./payout TestAdvance_AnEndIsAnEnd",
	},
	{
		promise: "M5 an answer about another transfer moves nothing",
		file:    "payout/advance.go", guard: "if t.about(a) {", without: "if true || t.about(a) {",
		test: "./payout TestAdvance_OnlyItsOwnAnswer",
	},
	{
		promise: "M5 what the provider does not know is no failure",
		file:    "payout/wechat/wechat.go", guard: "a.Standing = payout.Absent", without: "a.Standing = payout.Failed",
		test: "./payout TestFaults_EachEndsWithEqualBooks/not_found_first",
	},
	{
		promise: "M6 what waits too long is a person's",
		file:    "payout/advance.go", guard: "if !t.person(tx.Now()) {", without: "if true || !t.person(tx.Now()) {",
		test: "./payout TestShort_WaitsIsToldAndGoesOn",
	},
	{
		promise: "M11 a payment that the bill does not know is reported",
		file:    "payout/reconcile.go", guard: "case s.State == Done && s.Rows == 0:", without: "case s.State == Done && s.Rows < 0:",
		test: "./payout TestReconcile_ReportsAndBooksNothing",
	},
	{
		promise: "R2 nothing is sent before the bill has told what was paid",
		file:    "payout/look.go", guard: "move = t.next(prepared, b.Hold != \"\")", without: "move = t.next(prepared, b.Hold == \"never\")",
		test: "./payout TestRestore_NothingIsPaidTwice",
	},
	{
		promise: "M10 a stranger is not paid",
		file:    "commission/guard.go", guard: "case to < 0 || to >= len(list):", without: "case to < 0:",
		test: "./commission TestStrategyThatCannotDecide",
	},
	{
		promise: "M2 a work row goes with the decision, not before it",
		file:    "commission/lane.go", guard: "return finish(ctx, tx, b)\n", without: "return s.db.Within(ctx, tx.Tenant(), func(ctx context.Context, tx *pg.Tx) error { return finish(ctx, tx, b) })\n",
		test: "./commission TestDrain_DyingBeforeAnyStatement",
	},
	{
		promise: "M4 whoever comes with a key that has been used gets its answer",
		file:    "../platform/httpapi/once.go", guard: "if inserted == 0 {", without: "if inserted < 0 {",
		test: "../platform/httpapi TestOnce$",
	},
	{
		promise: "M7 what has matured is not taken from what another order holds",
		file:    "commission/reconcile.go", guard: "if !settled {", without: "if true {",
		test: "./withdrawal TestRefund_LeavesWhatOtherOrdersHold",
	},
	{
		promise: "M7 asking a strategy again raises nobody's award",
		file:    "commission/recompute.go", guard: "stands[i] = min(stands[i], after[i])", without: "stands[i] = after[i]",
		test: "./commission TestRecompute$/NobodysAward",
	},
	{
		promise: "M7 a strategy is asked about the refund that has come since",
		file:    "commission/reconcile.go", guard: "w.outrun = len(w.unanswered(refunds[w.order.ID])) > 0", without: "w.outrun = false",
		test: "./commission TestRecompute$/ARefundBetween",
	},
	{
		promise: "M8 a cut-off nets what is owed",
		file:    "settlement/settlement.go", guard: "Amount: min(b.Owed(), b.Available)})", without: "Amount: min(0, b.Available)})",
		test: "./withdrawal TestRefund_LeavesWhatOtherOrdersHold",
	},
	{
		promise: "M9 what the cap leaves is given to the last fen",
		file:    "commission/caps.go", guard: "money.Split(most, amounts)", without: "money.Split(most-most%2, amounts)",
		test: "./commission TestRounding_PartsAndRemainderAreWhatWasPaid",
	},
	{
		promise: "M10 a generous answer is cut to the cap",
		file:    "commission/grants.go", guard: "return g, g.cut(o, left, capsOf(s, guard))", without: "return g, nil",
		test: "./commission TestGuard_WhatIsHarmless",
	},
	{
		promise: "M10 no line gives more than its share of its margin",
		file:    "commission/caps.go", guard: "if !known || sum(column) <= most {", without: "if known || sum(column) <= most {",
		test: "./commission TestMarginCap_NoLine",
	},
	{
		promise: "M10 nobody gets more than what their period has left",
		file:    "commission/counter.go", guard: "fit(amounts, max(limit.Amount-c.used, 0))", without: "fit(amounts, max(limit.Amount, 0))",
		test: "./commission TestPersonCap$",
	},
	{
		promise: "M13 a counter counts in the order of money",
		file:    "commission/counter.go", guard: "if w.uncounted() && !b.follows(w, held) {", without: "if w.uncounted() {",
		test: "./commission TestPersonCap_AnOrderThatWaits",
	},
	{
		promise: "M12 a batch is void when somebody else has counted since it was read",
		file:    "commission/lane.go", guard: "if !locked.counters.same(b.stood) {", without: "if false {",
		test: "./commission TestPersonCap_TwoAtOnce",
	},
	{
		promise: "M10 what a month's close gives is counted with what its orders gave",
		file:    "commission/period_counter.go", guard: "of[key] += p.Amount", without: "of[key] += 0",
		test: "./commission TestPersonCap_BoundsWhatAMonthGives",
	},
	{
		promise: "M12 the lane locks the orders before it reads their refunds",
		file:    "order/store.go", guard: "from order_record where tenant_id = $1 and id = any($2::uuid[]) order by id for update`", without: "from order_record where tenant_id = $1 and id = any($2::uuid[]) order by id`",
		test: "./withdrawal TestInterleaving_TheLaneAndARefund",
	},
}
