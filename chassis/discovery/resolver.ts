/** Where the instances of a service are: the port, and the resolver of a fixed list. */

/** One instance of a service. */
export interface Instance {
  id: string;
  url: string;
}

/** Answers at once from what is known; never asks the registry in the path of a request. */
export interface Resolver {
  instances(service: string): Instance[];
  close(): Promise<void>;
}

/** Instances named in the config. */
export function createStaticResolver(services: Record<string, string[]>): Resolver {
  const known = new Map(
    Object.entries(services).map(([name, urls]) => [name, urls.map((url) => ({ id: url, url }))]),
  );
  return { instances: (service) => known.get(service) ?? [], close: async () => {} };
}
