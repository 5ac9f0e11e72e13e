// Package httpapi is the one door for requests: Fiber carries them, Huma
// checks them against the handlers' own types and writes the OpenAPI 3.1
// documents, one for each audience.
//
// A handler receives a context that knows the caller, the store and the
// language, and returns a value or an error; it never sees a status, a header
// or Fiber. What it returns as an error leaves as problem+json, and what is not
// a [fault.Error] leaves as "internal" and is logged.
package httpapi

import (
	"context"
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"go.opentelemetry.io/otel/trace"

	"github.com/fenli-io/fenli/platform/tenancy"
)

// Audience is who an API is for; each has its own paths and document.
type Audience string

const (
	Platform Audience = "platform" // operators, and sign-up
	Merchant Audience = "merchant" // staff in the console; the store comes from the session
	Store    Audience = "store"    // buyers and distributors; the store comes from the host name or X-Store
	Open     Audience = "open"     // API keys of shops
)

// Audiences lists them in the order of the contract.
var Audiences = []Audience{Platform, Merchant, Store, Open}

// Prefix is where the audience's paths begin.
func (a Audience) Prefix() string { return "/api/" + string(a) + "/v1" }

const (
	hardLimit  = 16 << 20 // Fiber stops reading here
	bodyLimit  = 10 << 20 // we refuse here, so that too large is an answer and not a reset
	maxSeconds = 30       // a request that named no longer time
)

// Tenants finds the store of a request to the store audience. An unknown one is
// a fault of kind NotFound.
type Tenants interface {
	ByHost(ctx context.Context, host string) (tenancy.ID, error)
	BySlug(ctx context.Context, slug string) (tenancy.ID, error)
}

// Config is what the server cannot know by itself.
type Config struct {
	Tenants Tenants

	// Authenticate turns a token into a caller. tenant is the store of a
	// request to the store audience and zero elsewhere. A token that is wrong,
	// expired or another audience's is a fault of kind Unauthorized.
	Authenticate func(ctx context.Context, audience Audience, token string, tenant tenancy.ID) (Caller, error)

	// Allow says whether the caller's role carries a permission.
	Allow func(caller Caller, permission string) bool

	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []string

	// Observe hears of every request that was answered; nil is allowed.
	Observe func(operation string, status int, took time.Duration)

	Traces trace.TracerProvider // of requests; nil for none

	Log     *slog.Logger // nil is slog's default
	Version string       // of the product, for the documents
}

// Server is the door. Register everything first, then listen.
type Server struct {
	config     Config
	log        *slog.Logger
	app        *fiber.App
	apis       map[Audience]huma.API
	operations []Registered
}

// New builds a server without operations.
func New(config Config) *Server {
	s := &Server{config: config, log: config.Log, apis: map[Audience]huma.API{}}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.app = fiber.New(fiber.Config{
		AppName:                 "fenli",
		Immutable:               true, // without it Fiber's strings change under whoever keeps them
		BodyLimit:               hardLimit,
		ReadTimeout:             time.Minute,
		IdleTimeout:             2 * time.Minute,
		DisableStartupMessage:   true,
		EnableTrustedProxyCheck: true,
		TrustedProxies:          config.TrustedProxies,
		ProxyHeader:             fiber.HeaderXForwardedFor,
		EnableIPValidation:      true,
		ErrorHandler:            s.fail,
	})
	s.app.Use(s.begin)
	for _, a := range Audiences {
		s.apis[a] = s.newAPI(a)
	}
	return s
}

// Fiber is for what is not an API: health, metrics, static files, web hooks.
func (s *Server) Fiber() *fiber.App { return s.app }

func (s *Server) newAPI(a Audience) huma.API {
	group := s.app.Group(a.Prefix())
	api := humafiber.NewWithGroup(s.app, group, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Fenli " + string(a) + " API", Version: s.config.Version},
			Servers: []*huma.Server{{URL: a.Prefix()}},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", newNamer()),
				SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer"}},
			},
		},
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",
	})
	group.Get("/openapi.json", serveDocument(api))
	return api
}
