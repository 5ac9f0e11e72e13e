package httpapi

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
)

// File is an answer that people keep: its name is in Chinese as likely as not.
type File struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

// NewFile is a whole file.
func NewFile(mime, name string, body []byte) *File {
	return &File{mime, disposition(name), body}
}

// Stream is a file that leaves while it is made, so that its size is nobody's
// memory.
type Stream struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               func(huma.Context)
}

// streamSeconds is how long a stream may take.
const streamSeconds = 15 * 60

// NewStream is a file that write makes. The caller, the store and the language
// are write's context's as they are the handler's; the request's own time does
// not bound it. What can be refused is refused before: once a stream has begun
// its status has left, and write has to say in the file itself that it broke
// off.
func NewStream(ctx context.Context, mime, name string, write func(ctx context.Context, w io.Writer) error) *Stream {
	at := callOf(ctx)
	return &Stream{mime, disposition(name), func(hc huma.Context) {
		c := humafiber.Unwrap(hc)
		hc.SetStatus(200)
		c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
			ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), callKey{}, at), streamSeconds*time.Second)
			defer cancel()
			defer func() { // nobody else would catch it here
				if p := recover(); p != nil {
					slog.ErrorContext(ctx, "stream", "operation", at.operation, "request_id", at.requestID, "panic", sayPanic(p))
				}
			}()
			_ = write(ctx, w) // whoever writes has said so in the file
			_ = w.Flush()     // nobody listens any more
		})
	}}
}

// disposition names a file for old and new browsers.
func disposition(name string) string {
	ascii := []rune(name)
	for i, r := range ascii {
		if r > 126 || r < 32 || r == '"' || r == '\\' {
			ascii[i] = '_'
		}
	}
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, string(ascii), url.PathEscape(name))
}
