package main

import (
	"os"
	"testing"
)

func TestRun(t *testing.T) {
	// Addresses that are given are passed on, so nothing needs to start here.
	t.Setenv(databaseVariable, "postgres://given")
	t.Setenv(redisVariable, "redis://given")
	out := t.TempDir() + "/seen"

	t.Run("TellsTheCommandWhereTheServersAre", func(t *testing.T) {
		status, err := run([]string{"/bin/sh", "-c", `printf '%s %s' "$FENLI_TEST_DATABASE_URL" "$FENLI_TEST_REDIS_URL" >` + out})
		if status != 0 || err != nil {
			t.Fatal(status, err)
		}
		seen, err := os.ReadFile(out)
		if err != nil || string(seen) != "postgres://given redis://given" {
			t.Errorf("the command saw %q, %v", seen, err)
		}
	})
	t.Run("EndsWithTheCommandsStatus", func(t *testing.T) {
		if status, err := run([]string{"/bin/sh", "-c", "exit 7"}); status != 7 || err != nil {
			t.Error(status, err)
		}
	})
	t.Run("FailsWhenTheCommandDoesNotExist", func(t *testing.T) {
		if status, err := run([]string{"/does/not/exist"}); status == 0 || err == nil {
			t.Error(status, err)
		}
	})
}
