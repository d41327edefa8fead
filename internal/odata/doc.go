// Package odata reads and writes OData as Microsoft Graph speaks it. It is
// pure: no clock, no storage, no HTTP; callers hand in text and get values.
//
//	file          what it owns
//	table.go      Table, Property: the one list of a resource's properties
//	query.go      ParseQuery: $filter $select $expand $orderby $top $skip $count $search $skiptoken
//	options.go    the small options: $select, $expand, $orderby, $top, $skip
//	search.go     $search, turned into the same tree as $filter
//	lexer.go      tokens and literals of $filter
//	filter.go     the grammar of $filter, with types checked against the table
//	leaf.go       one comparison: which operators fit which type, constants converted
//	lambda.go     any(…) and all(…) over collections of strings, and the functions
//	expr.go       Expr, the tree a store translates to SQL
//	match.go      Expr.Match, the plain evaluator that defines what a filter means
//	skiptoken.go  Signer: page positions no client can forge or move
//	path.go       ParsePath: keys, alternate keys, functions and casts in a URL path
//	page.go       Page, the collection envelope, and the Accept header
//	csdl.go       Schema, the document behind $metadata
//	errorbody.go  ErrorBody, the error envelope
//	object.go     DecodeObject: a request body, strict or as PowerShell sends it
//	fields.go     typed readers that tell null from absent; base64.go for binary
//	errors.go     Error, the one error type here; the graph edge maps it to a fault
//
// It follows OData 4.01 Part 2 (URL Conventions), the Graph pages "Use query
// parameters to customize responses" and "Advanced query capabilities on
// Microsoft Entra ID objects", and for what real clients send, their traffic:
// names in any case, options without the dollar sign, typed literals of older
// OData versions, numbers sent as text.
//
// Text compares without regard to case, through Fold. Null follows OData:
//
//	expression with a null property    result
//	eq null, ne null                   true, false
//	eq, ne a value                     false, true
//	gt ge lt le                        false
//	in (…)                             false (null is refused in the list)
//	contains startswith endswith       null, and so is its negation
//	any, all over null or empty        false, true
//
// and, or and not are three-valued; a row whose filter is null is not returned.
package odata
