package host

import (
	"context"
	"testing"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

func TestClosePeriod_WhateverThePluginDoesThereIsAnOutcome(t *testing.T) {
	t.Parallel()
	h := newHost(t, func(c *Config) { c.CallBase = 500 * time.Millisecond })
	sha := install(t, h, hostile(t, ""))
	ask := func(key string) *strategyv1.ClosePeriodResponse {
		t.Helper()
		h.slot(sha).forgive() // each way of misbehaving on its own
		out, err := h.ClosePeriod(context.Background(), sha, &strategyv1.ClosePeriodRequest{Period: &strategyv1.Period{Key: key}})
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		return out
	}
	for key, code := range map[string]string{"hang": CodeTimeout, "crash": CodeCrashed, "error": CodeError, "big": CodeTooLarge, "empty": CodeMalformed, "nobody": CodeMalformed} {
		if f := ask(key).GetFailed(); f.GetCode() != code || !f.Retryable {
			t.Errorf("%s: want %s, got %v", key, code, f)
		}
	}
	started := h.Counters().Started
	if f := ask("crash").GetFailed(); f.GetCode() != CodeCrashed || h.Counters().Started != started {
		t.Errorf("a question that ends the plugin was asked again: %v", f)
	}
	if out := ask("2026-03"); out.GetNothingToClose() == nil {
		t.Errorf("%v", out)
	}
}
