/** Pure. Where the facade, its admin API and that of the worker listen. */
import { listenAddress } from './quantities.ts';

/** `facade.listen`. */
export const facadeListen = listenAddress.prefault('127.0.0.1:8080');
/** `facade.admin`. */
export const facadeAdmin = listenAddress.prefault('127.0.0.1:8081');
/** `worker.admin`. */
export const workerAdmin = listenAddress.prefault('127.0.0.1:8082');
