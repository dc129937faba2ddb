/**
 * Named groups of inputs. A rep reads about these, never about features. Silence goes with the customer's own rhythm and with how
 * recent its purchases are: a hundred days mean one thing to who orders every week and another to who orders once a year.
 */
export type InputGroup = 'silence' | 'frequency' | 'tenure' | 'spend' | 'engagement' | 'support' | 'contract';
