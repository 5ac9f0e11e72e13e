package app

import (
	"io/fs"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/filesystem"

	"github.com/fenli-io/fenli/web"
)

// policy lets the pages load from here alone; product pictures may be data.
const policy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"

// openPages serves the console below /admin/ and the shop everywhere else.
// Either says plainly when it was not built into this binary.
func (a *App) openPages() {
	f := a.HTTP.Fiber()
	f.Get("/admin", func(c *fiber.Ctx) error {
		if c.Path() == "/admin/" {
			return c.Next() // routing does not tell the two apart
		}
		return c.Redirect("/admin/")
	})
	console, built := web.Admin()
	f.Use("/admin/", pages(console, built, "the console was not built: run `make web`"))
	shop, built := web.H5()
	f.Use("/", func(c *fiber.Ctx) error {
		if strings.HasPrefix(c.Path(), "/api/") || strings.HasPrefix(c.Path(), "/hooks/") {
			return c.Next() // an unknown operation is a problem, not a page
		}
		return pages(shop, built, "the shop was not built: run `make web`")(c)
	})
}

func pages(files fs.FS, built bool, missing string) fiber.Handler {
	if !built {
		return func(c *fiber.Ctx) error { return c.Status(http.StatusNotFound).SendString(missing) }
	}
	serve := filesystem.New(filesystem.Config{Root: http.FS(files), Index: "index.html", NotFoundFile: "index.html"})
	return func(c *fiber.Ctx) error {
		c.Set("Content-Security-Policy", policy)
		c.Set("X-Content-Type-Options", "nosniff")
		c.Set("Referrer-Policy", "same-origin")
		if strings.Contains(c.Path(), "/assets/") {
			c.Set("Cache-Control", "public, max-age=31536000, immutable") // names carry a hash
		} else {
			c.Set("Cache-Control", "no-cache")
		}
		return serve(c)
	}
}
