package payee

import (
	"strings"
	"unicode/utf8"
)

// Masks keep enough for the owner to recognise what is theirs.

// shownName: 张*. A business's name is public.
func (i Identity) shownName() string {
	if i.Kind == Business {
		return i.Name
	}
	_, first := utf8.DecodeRuneInString(i.Name)
	return i.Name[:first] + "*"
}

func (i Identity) shownNumber() string { return edges(i.Number, 3, 2) }

func (i Identity) shownPhone() string { return edges(i.Phone, 3, 4) }

// shown: the last four digits of a card, both ends of the rest.
func (e Entry) shown() string {
	switch {
	case e.Channel == BankCard:
		return e.Number[len(e.Number)-4:]
	case e.Channel == Alipay && strings.Contains(e.Number, "@"):
		name, domain, _ := strings.Cut(e.Number, "@")
		_, first := utf8.DecodeRuneInString(name)
		return name[:first] + "***@" + domain
	}
	return edges(e.Number, 3, 4)
}

func edges(s string, head, tail int) string {
	if len(s) <= head+tail {
		return "****"
	}
	return s[:head] + "****" + s[len(s)-tail:]
}
