package workbench

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

//go:embed page
var page embed.FS

// Serve answers the page and the page's questions until ctx ends, to this
// machine alone: another site's page in the same browser is refused.
func (d *Dev) Serve(ctx context.Context, ln net.Listener) error {
	files, err := fs.Sub(page, "page")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /state", d.serveState)
	mux.HandleFunc("GET /sample", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, http.StatusOK, sampleOrder()) })
	mux.HandleFunc("POST /ask", d.serveAsk)
	mux.HandleFunc("POST /conformance", d.serveConformance)
	server := &http.Server{Handler: local(mux), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	var watching sync.WaitGroup
	watching.Go(func() { d.Watch(ctx) })
	unhook := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer unhook()
	err = server.Serve(ln)
	watching.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// local refuses names that only seem to be this machine's, and other sites.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, err := net.SplitHostPort(r.Host)
		if ip := net.ParseIP(name); err != nil || name != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this page is for this machine alone", http.StatusForbidden)
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host || r.Method == http.MethodPost && r.Header.Get("Content-Type") != "application/json" {
			http.Error(w, "ask from the page itself", http.StatusForbidden)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked has left
}

// serveState waits for a state newer than ?after, 20 s at most.
func (d *Dev) serveState(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil {
		after = 0
	}
	ctx, done := context.WithTimeout(r.Context(), 20*time.Second)
	defer done()
	answerJSON(w, http.StatusOK, d.State(ctx, after))
}

var errNoStrategy = Flaw{"dev.nothing_built", "no build has succeeded yet", "mend what the build says", ""}

func (d *Dev) serveAsk(w http.ResponseWriter, r *http.Request) {
	s, _ := d.current()
	if s == nil {
		answerJSON(w, http.StatusConflict, errNoStrategy)
		return
	}
	var q question
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q); err != nil {
		answerJSON(w, http.StatusBadRequest, Flaw{"dev.not_json", err.Error(), "write the order as JSON", ""})
		return
	}
	answerJSON(w, http.StatusOK, s.try(r.Context(), q.Case))
}

func (d *Dev) serveConformance(w http.ResponseWriter, r *http.Request) {
	s, cases := d.current()
	if s == nil {
		answerJSON(w, http.StatusConflict, errNoStrategy)
		return
	}
	report, err := s.Conform(r.Context(), cases, nil)
	if err != nil {
		answerJSON(w, http.StatusInternalServerError, FlawsOf(err)[0])
		return
	}
	answerJSON(w, http.StatusOK, report)
}
