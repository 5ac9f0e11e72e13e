package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"
)

const (
	maxHandshake = 8 << 10
	maxLogLine   = 2 << 10
	logsASecond  = 50
)

// firstLine reads the first line of a plugin's output and throws the rest away
// as it comes, so that the plugin never blocks on a full pipe.
type firstLine struct {
	from *os.File
	line []byte
	read bool
}

func (f *firstLine) Read(p []byte) (int, error) {
	if !f.read {
		f.read = true
		r := bufio.NewReaderSize(f.from, maxHandshake)
		line, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			line = append(bytes.Clone(line[:64]), "…\n"...)
		}
		f.line = bytes.Clone(line)
		go io.Copy(io.Discard, f.from) //nolint:errcheck // it ends when the process does
	}
	if len(f.line) == 0 {
		return 0, io.EOF
	}
	n := copy(p, f.line)
	f.line = f.line[n:]
	return n, nil
}

func (f *firstLine) Close() error { return nil }

// logLines passes a plugin's log on, line by line, each cut to a length and no
// more than a number a second.
func logLines(from io.Reader, log *slog.Logger) {
	r := bufio.NewReaderSize(from, maxLogLine)
	var second time.Time
	said, dropped := 0, 0
	for {
		line, more, err := r.ReadLine()
		if err != nil {
			return
		}
		line = bytes.Clone(line)
		for more && err == nil {
			_, more, err = r.ReadLine()
		}
		if now := time.Now(); now.Sub(second) >= time.Second {
			if dropped > 0 {
				log.Warn("the plugin's log was cut", "lines", dropped)
			}
			second, said, dropped = now, 0, 0
		}
		if said++; said > logsASecond {
			dropped++
			continue
		}
		logLine(log, line)
	}
}

// logLine reads the lines of hclog; anything else is a message as it stands.
func logLine(log *slog.Logger, line []byte) {
	var l struct {
		Level   string `json:"@level"`
		Message string `json:"@message"`
	}
	level := slog.LevelInfo
	if json.Unmarshal(line, &l) != nil || l.Message == "" {
		l.Message = string(line)
	}
	switch l.Level {
	case "trace", "debug":
		level = slog.LevelDebug
	case "warn":
		level = slog.LevelWarn
	case "error":
		level = slog.LevelError
	}
	log.Log(context.Background(), level, "plugin: "+l.Message)
}
