package registry

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// source reads the files of a registry; nothing it says is believed.
type source interface {
	read(ctx context.Context, path string, limit int64) ([]byte, error)
}

const (
	maxRoot  = 64 << 10
	maxIndex = 16 << 20
	maxLog   = 64 << 20
)

// errAbsent is what a source says of a file that is not there.
var errAbsent = errors.New("registry: no such file")

func openSource(base string) (source, error) {
	if !strings.Contains(base, "://") {
		return folder(base), nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, errSource.With("base", base).Because(err)
	}
	client := &http.Client{Timeout: 5 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return website{strings.TrimSuffix(base, "/"), client}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

type folder string

// read does not leave the folder, whatever links lie in it.
func (f folder) read(_ context.Context, path string, limit int64) ([]byte, error) {
	file, err := os.OpenInRoot(string(f), filepath.FromSlash(path))
	if errors.Is(err, os.ErrNotExist) {
		return nil, errAbsent
	}
	if err != nil {
		return nil, errUnavailable.With("path", path).Because(err)
	}
	defer file.Close()
	return readAtMost(file, path, limit)
}

type website struct {
	base   string
	client *http.Client
}

func (w website) read(ctx context.Context, path string, limit int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base+"/"+path, nil)
	if err != nil {
		return nil, errUnavailable.With("path", path).Because(err)
	}
	req.Header.Set("Cache-Control", "no-cache")
	res, err := w.client.Do(req)
	if err != nil {
		return nil, errUnavailable.With("path", path).Because(err)
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
		return readAtMost(res.Body, path, limit)
	case http.StatusNotFound:
		return nil, errAbsent
	}
	return nil, errUnavailable.With("path", path).Because(errors.New(res.Status))
}

func readAtMost(r io.Reader, path string, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, errUnavailable.With("path", path).Because(err)
	}
	if int64(len(b)) > limit {
		return nil, errTooLarge.With("problem", path)
	}
	return b, nil
}
