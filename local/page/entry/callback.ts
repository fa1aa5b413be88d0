import { SIGN_IN_CHANNEL } from '../sign-in-channel.ts';

// Same origin only. The code in the address is good once, and only with the verifier that the page holds.
const channel = new BroadcastChannel(SIGN_IN_CHANNEL);
channel.postMessage(location.search);
channel.close();
history.replaceState(null, '', '/callback');
window.close();
