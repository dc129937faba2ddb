import LANGUAGE from '@salesforce/i18n/lang';
import LOCALE from '@salesforce/i18n/locale';
import { FIELD_NAMES, recordView, wordsOf } from 'c/staypowerRecordView';
import { getRecord } from 'lightning/uiRecordApi';
import { api, LightningElement, wire } from 'lwc';

/** SLDS themes; where nothing is good or bad there is none. */
const BADGES = { good: 'slds-theme_success', warning: 'slds-theme_warning', bad: 'slds-theme_error', neutral: '' };
const TEXTS = { good: 'slds-text-color_success', warning: '', bad: 'slds-text-color_error', neutral: '' };

/**
 * The scores on a contact's or account's page. Reads the record through the UI API, so that it shows only fields that the user may see, and
 * no code of ours runs on the server. All fields are optional: one that is hidden, or not on this object, does not keep the rest away.
 */
export default class StaypowerScores extends LightningElement {
  @api recordId;
  @api objectApiName;
  record;
  failed = false;

  /** Undefined, upon which the wire waits, until the page has said what the record is. */
  get optionalFields() {
    if (!this.objectApiName) return undefined;
    return Object.values(FIELD_NAMES).map((name) => `${this.objectApiName}.${name}`);
  }

  @wire(getRecord, { recordId: '$recordId', optionalFields: '$optionalFields' })
  take({ data, error }) {
    this.record = data;
    this.failed = error !== undefined;
  }

  get words() {
    return wordsOf(LANGUAGE);
  }

  /** Null until the record is there. */
  get view() {
    if (!this.record) return null;
    const facts = {};
    for (const [fact, name] of Object.entries(FIELD_NAMES)) {
      const field = this.record.fields[name];
      if (field !== undefined) facts[fact] = field.value;
    }
    const today = new Date().toISOString().slice(0, 10);
    return recordView(facts, { words: this.words, locale: LOCALE, today, from: 'record' }, { erased: false });
  }

  get bandClass() {
    return `band ${BADGES[this.view.band.tone]}`;
  }

  get lines() {
    return this.view.lines.map((line) => ({ ...line, textClass: `slds-text-heading_small ${TEXTS[line.tone]}` }));
  }
}
