package workbench

import (
	"context"
	"log/slog"
	"strings"
	"sync"
)

// Log keeps the last lines of what the host and the strategies say, what a
// strategy prints included. It is a [slog.Handler].
type Log struct {
	mu    sync.Mutex
	lines []LogLine
	heard func()
}

// LogLine is one of them.
type LogLine struct {
	At    string `json:"at"`
	Level string `json:"level"`
	Text  string `json:"text"`
	Own   bool   `json:"own"` // the strategy said it, not the host
}

const logLength = 400

// Enabled lets everything through but what is of no use to an author.
func (l *Log) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle keeps a line.
func (l *Log) Handle(_ context.Context, r slog.Record) error {
	text, own := strings.CutPrefix(r.Message, "plugin: ")
	line := LogLine{At: r.Time.Format("15:04:05.000"), Level: r.Level.String(), Text: text, Own: own}
	if !own {
		r.Attrs(func(a slog.Attr) bool {
			line.Text += " " + a.String()
			return true
		})
	}
	l.mu.Lock()
	l.lines = append(l.lines, line)
	if over := len(l.lines) - logLength; over > 0 {
		l.lines = l.lines[over:]
	}
	heard := l.heard
	l.mu.Unlock()
	if heard != nil {
		heard()
	}
	return nil
}

// WithAttrs and WithGroup change nothing: there is one strategy to speak of.
func (l *Log) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup is as WithAttrs.
func (l *Log) WithGroup(string) slog.Handler { return l }

// Lines are the last ones, oldest first.
func (l *Log) Lines() []LogLine {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]LogLine{}, l.lines...)
}

func (l *Log) onLine(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = f
}
