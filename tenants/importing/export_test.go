package importing

// Returned tells which invoices of each store come back in part, by the file
// itself.
func Returned(files []string, prefix string) (map[string]map[string]bool, error) {
	histories, _, err := read(files, prefix)
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]bool{}
	for _, h := range histories {
		all[h.slug] = map[string]bool{}
		for _, s := range h.steps {
			for _, back := range s.Returns {
				all[h.slug][back.Invoice] = true
			}
		}
	}
	return all, nil
}

// OneByOne lets every step be a transaction of its own.
func OneByOne(s *Service) { s.foldMost = 1 }
