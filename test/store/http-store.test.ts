import { storeContract } from './contract.ts';
import { httpWorld } from './http-world.ts';

storeContract('the store over HTTP', httpWorld);
