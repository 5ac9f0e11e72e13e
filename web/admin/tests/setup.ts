// What jsdom lacks and Ant Design asks for.
window.matchMedia ??= ((query: string) => ({ matches: false, media: query, onchange: null, addListener() {}, removeListener() {}, addEventListener() {}, removeEventListener() {}, dispatchEvent: () => false })) as never
globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} } as never
