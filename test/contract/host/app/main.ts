/** The app of the contract: functions of every kind, written with the libraries alone. */
import './activities.js';
import './entities.js';
import './orchestrators.js';
import './orchestrators-that-fail.js';
import './web.js';
import './triggers.js';
