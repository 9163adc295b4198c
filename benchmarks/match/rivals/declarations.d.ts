declare module '@medley/router' {
  export default class Router<Store> {
    constructor(options: { storeFactory: () => Store })
    register(path: string): Store
    find(url: string): { store: Store } | null
  }
}
