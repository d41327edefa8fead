package graphclient

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
)

// List says which items of a collection are wanted. The zero value is all.
type List struct {
	Filter  string // OData $filter
	OrderBy string // OData $orderby
	Select  string // OData $select
	Expand  string // OData $expand
}

func (l List) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"$filter": l.Filter, "$orderby": l.OrderBy, "$select": l.Select, "$expand": l.Expand} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// items walks a collection page by page. After an error the walk ends.
func items[T any](ctx context.Context, c *Client, path string, l List) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		target := version + path
		if q := l.query(); len(q) > 0 {
			target += "?" + q.Encode()
		}
		for target != "" {
			var page struct {
				Value    []T    `json:"value"`
				NextLink string `json:"@odata.nextLink"`
			}
			if err := c.callTarget(ctx, http.MethodGet, target, nil, &page); err != nil {
				yield(none, err)
				return
			}
			for _, item := range page.Value {
				if !yield(item, nil) {
					return
				}
			}
			next, err := follow(page.NextLink)
			if err != nil {
				yield(none, err)
				return
			}
			target = next
		}
	}
}

// follow takes path and query out of a nextLink. Its host is not used: the
// token goes to the configured server only, whatever a page says.
func follow(link string) (string, error) {
	if link == "" {
		return "", nil
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", fmt.Errorf("read @odata.nextLink: %w", err)
	}
	return u.RequestURI(), nil
}

// Collect reads a walk to its end.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	out := []T{}
	for item, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, nil
}
