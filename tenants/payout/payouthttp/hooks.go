package payouthttp

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// hookLimit bounds what a provider may send: notices are a few kB.
const hookLimit = 64 << 10

// hooks is where providers call: the store stands in the path in clear, the
// raw bytes are proven before anything is read, and a call may come any number
// of times. Nobody learns why one was not taken.
func (h *handlers) hooks(f *fiber.App) {
	f.Post("/hooks/:store/:endpoint", func(c *fiber.Ctx) error {
		store, err := tenancy.Parse(c.Params("store"))
		if err != nil {
			return c.SendStatus(http.StatusNotFound)
		}
		if len(c.Body()) > hookLimit {
			return c.SendStatus(http.StatusRequestEntityTooLarge)
		}
		header := http.Header{}
		for name, values := range c.GetReqHeaders() {
			for _, v := range values {
				header.Add(name, v)
			}
		}
		err = h.svc.Hear(c.UserContext(), store, c.Params("endpoint"), header, append([]byte(nil), c.Body()...))
		switch kind := fault.Of(err).Kind; {
		case err == nil:
			return c.Status(http.StatusOK).JSON(fiber.Map{"code": "SUCCESS", "message": "成功"})
		case kind == fault.Unauthorized:
			return c.Status(http.StatusUnauthorized).JSON(fiber.Map{"code": "FAIL", "message": "签名错误"})
		case kind == fault.NotFound:
			return c.Status(http.StatusNotFound).JSON(fiber.Map{"code": "FAIL", "message": "未找到"})
		}
		return c.Status(http.StatusInternalServerError).JSON(fiber.Map{"code": "FAIL", "message": "稍后重试"})
	})
}
