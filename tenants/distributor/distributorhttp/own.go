package distributorhttp

import (
	"context"
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// me is the distributor who asks.
func me(ctx context.Context) (who distributor.ID, err error) {
	if err := who.Scan(httpapi.CallerOf(ctx).Distributor); err != nil {
		return who, distributor.ErrUnknown
	}
	return who, nil
}

type linkAnswer struct {
	Body struct {
		Code       string `json:"code"`
		URL        string `json:"url" doc:"The shop, through me"`
		RecruitURL string `json:"recruit_url" doc:"The page where one joins my team"`
		QRSVG      string `json:"qr_svg" doc:"The shop's address as a QR code"`
		Works      bool   `json:"works" doc:"False while the link leads nobody to me"`
	}
}

func (a api) ownLink(ctx context.Context, _ *struct{}) (*linkAnswer, error) {
	who, err := me(ctx)
	if err != nil {
		return nil, err
	}
	var m distributor.Member
	tenant := httpapi.TenantOf(ctx)
	err = a.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		m, err = distributor.Get(ctx, tx, who)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &linkAnswer{}
	out.Body.Code, out.Body.Works = m.Code, m.State.LinkWorks()
	if out.Body.URL, out.Body.RecruitURL, err = a.outside.Link(ctx, tenant, m.Code); err != nil {
		return nil, err
	}
	out.Body.QRSVG, err = qrSVG(out.Body.URL)
	return out, err
}

// qrSVG draws a QR code as one path, which stays sharp on any poster.
func qrSVG(text string) (string, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", fmt.Errorf("distributorhttp: qr code: %w", err)
	}
	bits := code.Bitmap()
	var path strings.Builder
	for y, row := range bits {
		for x, dark := range row {
			if dark {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		len(bits), len(bits), len(bits), len(bits), path.String()), nil
}

func (a api) ownTeam(ctx context.Context, in *TeamRequest) (*teamAnswer, error) {
	who, err := me(ctx)
	if err != nil {
		return nil, err
	}
	in.Depth = min(in.Depth, 2) // nobody is paid from further below, so nobody looks
	return a.level(ctx, who, *in)
}
