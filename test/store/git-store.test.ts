import { storeContract } from './contract.ts';
import { gitWorld } from './worlds.ts';

storeContract('the store over git', () => gitWorld());
