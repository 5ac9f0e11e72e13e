package config

import (
	"os"
	"strings"
	"testing"
)

// clean takes the settings of the machine that runs the tests out of the way.
func clean(t *testing.T) {
	t.Helper()
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, "FENLI_") || name == "DATABASE_URL" || name == "REDIS_URL" {
			t.Setenv(name, "") // restores it afterwards
			_ = os.Unsetenv(name)
		}
	}
}

func TestLoad(t *testing.T) {
	t.Run("WorksWithNothingSet", func(t *testing.T) {
		clean(t)
		cfg, err := Load()
		want := Config{Addr: "127.0.0.1:8080", BaseDomain: "localhost", Dir: "./.fenli", Log: "text", TraceEvery: 100}
		if err != nil || cfg != want {
			t.Errorf("got %+v, %v", cfg, err)
		}
	})

	t.Run("ReadsWhatIsSet", func(t *testing.T) {
		clean(t)
		t.Setenv("DATABASE_URL", "postgres://u:p@db:5432/fenli")
		t.Setenv("FENLI_TEST_CLOCK", "1")
		t.Setenv("FENLI_LOG", "json")
		cfg, err := Load()
		if err != nil || cfg.DatabaseURL != "postgres://u:p@db:5432/fenli" || !cfg.TestClock || cfg.Log != "json" {
			t.Errorf("got %+v, %v", cfg, err)
		}
	})

	t.Run("NamesEveryWrongVariableAndShowsNoSecret", func(t *testing.T) {
		clean(t)
		wrong := map[string]string{
			"DATABASE_URL": "mysql://u:LEAK@db/x", "REDIS_URL": "LEAK", "FENLI_ADDR": "8080",
			"FENLI_BASE_DOMAIN": "https://x", "FENLI_LOG": "xml", "FENLI_OTLP_ENDPOINT": "LEAK", "FENLI_OPERATOR_TOKEN": "LEAK", "FENLI_SECRET_KEY": "LEAK",
		}
		for name, value := range wrong {
			t.Setenv(name, value)
		}
		_, err := Load()
		if err == nil {
			t.Fatal("accepted all of it")
		}
		for name := range wrong {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("does not name %s: %v", name, err)
			}
		}
		if strings.Contains(err.Error(), "LEAK") {
			t.Errorf("shows a secret: %v", err)
		}
	})

	t.Run("RefusesASwitchThatIsNeitherOnNorOff", func(t *testing.T) {
		clean(t)
		t.Setenv("FENLI_TEST_CLOCK", "perhaps")
		if _, err := Load(); err == nil || !strings.Contains(err.Error(), "TestClock") {
			t.Errorf("got %v", err)
		}
	})
}
