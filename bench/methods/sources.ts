/** What the report rests on, by the key that its texts cite as [@key]; numbered in the order of the first citation. */
export const SOURCES: Readonly<Record<string, string>> = {
  'bg-nbd':
    'Fader, Hardie & Lee (2005): "Counting your customers" the easy way. Marketing Science 24:275, eq. 3 to 10.',
  'pareto-nbd':
    'Schmittlein, Morrison & Colombo (1987): Counting your customers. Management Science 33:1. As in Fader & Hardie (2005), A note on deriving the Pareto/NBD model.',
  'mbg-nbd':
    'Batislam, Denizel & Filiztekin (2007): Empirical validation and comparison of models for customer base analysis. IJRM 24:201.',
  'mbg-cnbd-k': 'Platzer & Reutterer (2016): Ticking away the moments. Marketing Science 35:779.',
  'gamma-gamma': 'Fader & Hardie (2013): The gamma-gamma model of monetary value. brucehardie.com/notes/025.',
  sbg: 'Fader & Hardie (2007): How to project customer retention. Journal of Interactive Marketing 21:76.',
  ziln: 'Wang, Liu & Miao (2019): A deep probabilistic model for customer lifetime value prediction. arXiv:1912.07753.',
  stacking: 'Wolpert (1992): Stacked generalization. Neural Networks 5:241.',
  platt: 'Platt (1999): Probabilistic outputs for support vector machines. Advances in Large Margin Classifiers, 61.',
  xgboost: 'Chen & Guestrin (2016): XGBoost, a scalable tree boosting system. KDD, eq. 2 to 7.',
  forest: 'Breiman (2001): Random forests. Machine Learning 45:5.',
  smote: 'Chawla, Bowyer, Hall & Kegelmeyer (2002): SMOTE. JAIR 16:321.',
  'smote-harm':
    'van den Goorbergh et al. (2022): The harm of class imbalance corrections for risk prediction models. JAMIA 29:1525.',
  kaplan: 'Kaplan & Meier (1958): Nonparametric estimation from incomplete observations. JASA 53:457.',
  cox: 'Cox (1972): Regression models and life tables. JRSS B 34:187; ties by Efron (1977), JASA 72:557.',
  graf: 'Graf, Schmoor, Sauerbrei & Schumacher (1999): Assessment of prognostic classification schemes. Statistics in Medicine 18:2529.',
  qini: 'Radcliffe (2007): Using control groups to target on predicted lift. Direct Marketing Analytics Journal 1:14.',
  'x-learner':
    'Kuenzel, Sekhon, Bickel & Yu (2019): Metalearners for estimating heterogeneous treatment effects. PNAS 116:4156.',
  sequence:
    'Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024): Time-uniform central limit theory. Annals of Statistics 52:2613, theorem 2.2.',
  adwin: 'Bifet & Gavalda (2007): Learning from time-changing data with adaptive windowing. SDM, 443.',
  'page-hinkley': 'Page (1954): Continuous inspection schemes. Biometrika 41:100.',
  ddm: 'Gama, Medas, Castillo & Rodrigues (2004): Learning with drift detection. SBIA, 286.',
  prequential: 'Dawid (1984): Statistical theory, the prequential approach. JRSS A 147:278.',
  lagrange:
    'Fisher (1981): The Lagrangian relaxation method for solving integer programming problems. Management Science 27:1.',
  thompson: 'Thompson (1933): On the likelihood that one unknown probability exceeds another. Biometrika 25:285.',
};
