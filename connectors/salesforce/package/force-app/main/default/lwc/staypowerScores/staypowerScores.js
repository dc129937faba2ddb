import LANGUAGE from '@salesforce/i18n/lang';
import LOCALE from '@salesforce/i18n/locale';
import { FIELD_NAMES, recordView, wordsOf } from 'c/staypowerRecordView';
import { getObjectInfo } from 'lightning/uiObjectInfoApi';
import { createRecord, getRecord } from 'lightning/uiRecordApi';
import { api, LightningElement, wire } from 'lwc';

/** Keeps what a rep says. By name: where the object is not deployed the component has to work without it. */
const FEEDBACK = 'Staypower_Feedback__c';

/** SLDS themes; where nothing is good or bad there is none. */
const BADGES = { good: 'slds-theme_success', warning: 'slds-theme_warning', bad: 'slds-theme_error', neutral: '' };
const TEXTS = { good: 'slds-text-color_success', warning: '', bad: 'slds-text-color_error', neutral: '' };

/**
 * The scores on a contact's or account's page. Reads the record through the UI API, so that it shows only fields that the user may see, and
 * no code of ours runs on the server. All fields are optional: one that is hidden, or not on this object, does not keep the rest away.
 * Who may create a record of FEEDBACK is asked whether a contact's score is useful.
 */
export default class StaypowerScores extends LightningElement {
  @api recordId;
  @api objectApiName;
  record;
  failed = false;
  mayRate = false;
  feedbackObject = FEEDBACK;
  note = '';
  /** Of a word: 'asked', 'explaining' (what is wrong), 'sending' or 'kept'. */
  rating = 'asked';
  ratingError = '';

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

  /** An error too: then there is no such object, or none that this user may see. */
  @wire(getObjectInfo, { objectApiName: '$feedbackObject' })
  takeFeedbackInfo({ data }) {
    this.mayRate = data?.createable === true;
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

  /** The question's words; null where there is nothing to ask, or nobody to answer. */
  get question() {
    return this.mayRate && this.objectApiName === 'Contact' ? (this.view?.feedback ?? null) : null;
  }

  get isKept() {
    return this.rating === 'kept';
  }

  get isExplaining() {
    return this.rating === 'explaining';
  }

  get isSending() {
    return this.rating === 'sending';
  }

  sayUseful() {
    return this.keep('useful');
  }

  explain() {
    this.rating = 'explaining';
  }

  takeNote(event) {
    this.note = event.target.value;
  }

  sayWrong() {
    return this.keep('wrong');
  }

  async keep(verdict) {
    const before = this.rating;
    this.rating = 'sending';
    this.ratingError = '';
    const note = verdict === 'wrong' ? this.note : '';
    const fields = { Contact__c: this.recordId, Verdict__c: verdict, Note__c: note };
    try {
      await createRecord({ apiName: FEEDBACK, fields });
      this.rating = 'kept';
    } catch (error) {
      this.rating = before;
      // In the words of Salesforce, in the language of the user: it knows why.
      this.ratingError = error.body?.message ?? String(error);
    }
  }

  get bandClass() {
    return `band ${BADGES[this.view.band.tone]}`;
  }

  get lines() {
    return this.view.lines.map((line) => ({ ...line, textClass: `slds-text-heading_small ${TEXTS[line.tone]}` }));
  }
}
