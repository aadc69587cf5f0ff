/* What is known of a node of a decision tree; behind either branch: whether it leads to a leaf. */
enum { TREE_FEATURE, TREE_MODE, TREE_TRUE, TREE_TRUE_IS_LEAF, TREE_FALSE, TREE_FALSE_IS_LEAF, TREE_MISSING, TREE_MEMBERS, TREE_MEMBERS_END, TREE_FIELDS };
