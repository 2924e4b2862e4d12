import { storeContract } from './contract.ts';
import { memoryWorld } from './worlds.ts';

storeContract('the store in memory', memoryWorld, { writers: 8, changes: 10 });
