/** Pure. Where the admin APIs of facade and worker listen. */
import { listenAddress } from './quantities.ts';

/** `facade.admin`. */
export const facadeAdmin = listenAddress.prefault('127.0.0.1:8081');
/** `worker.admin`. */
export const workerAdmin = listenAddress.prefault('127.0.0.1:8082');
