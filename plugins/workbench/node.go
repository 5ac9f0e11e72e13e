package workbench

import "context"

func (s Scaffold) tsFiles() (map[string][]byte, string, error) {
	return nil, "", Flaw{"new.unknown_language", "the TypeScript SDK is not here", "choose go", "--lang"}
}

func (b *Bench) buildNode(_ context.Context, dir string) (string, error) {
	return "", Flaw{"build.no_node", "TypeScript strategies cannot be built here", "name a built binary", dir}
}
