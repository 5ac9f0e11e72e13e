package httpapi

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// state is what a request carries while Fiber has it.
type state struct {
	requestID string
	lang      string
	operation string
}

type stateKey struct{}

func stateOf(c *fiber.Ctx) *state {
	if st, ok := c.Locals(stateKey{}).(*state); ok {
		return st
	}
	// Fiber refused the request before begin saw it.
	return &state{requestID: requestID(c.Get(fiber.HeaderXRequestID)), lang: language(c.Get(fiber.HeaderAcceptLanguage))}
}

// begin gives every request its name and language, and turns a panic into an
// answer.
func (s *Server) begin(c *fiber.Ctx) (err error) {
	started := time.Now()
	st := stateOf(c)
	c.Locals(stateKey{}, st)
	c.Set(fiber.HeaderXRequestID, st.requestID)
	if strings.HasPrefix(c.Path(), "/api/") {
		c.Set(fiber.HeaderCacheControl, "no-store") // answers are one caller's
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	}
	defer func() {
		if p := recover(); p != nil {
			s.write(c, fmt.Errorf("panic: %s\n%s", sayPanic(p), debug.Stack()))
			err = nil
		}
		if s.config.Observe != nil && st.operation != "" {
			s.config.Observe(st.operation, c.Response().StatusCode(), time.Since(started))
		}
	}()
	if err := c.Next(); err != nil {
		return s.fail(c, err)
	}
	return nil
}

// sayPanic keeps the value out of the log unless the runtime wrote it: a
// panic's value may hold what a request said.
func sayPanic(p any) string {
	if e, ok := p.(runtime.Error); ok {
		return e.Error()
	}
	return fmt.Sprintf("a value of type %T", p)
}

// requestID keeps the caller's name for the request when it is a plain one.
func requestID(given string) string {
	if len(given) < 8 || len(given) > 64 {
		return uuid.NewString()
	}
	for _, r := range given {
		if notLetter(r) && r != '-' && r != '_' {
			return uuid.NewString()
		}
	}
	return given
}
