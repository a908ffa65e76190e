/* The operands of an operation as C names A, B, C …: A_ points to the vectors of its slot, A is one of them. */
#define SOURCE(letter, number) const V *letter##_ = SLOT(at[1 + number]);
#define SOURCES_1 SOURCE(A, 0)
#define SOURCES_2 SOURCES_1 SOURCE(B, 1)
#define SOURCES_3 SOURCES_2 SOURCE(C, 2)
#define SOURCES_4 SOURCES_3 SOURCE(D, 3)
#define SOURCES_5 SOURCES_4 SOURCE(E, 4)
#define SOURCES_6 SOURCES_5 SOURCE(F, 5)
#define SOURCES_7 SOURCES_6 SOURCE(G, 6)
#define SOURCES_8 SOURCES_7 SOURCE(H, 7)
#define TAKEN(letter) const V letter = letter##_[v];
#define TAKEN_1 TAKEN(A)
#define TAKEN_2 TAKEN_1 TAKEN(B)
#define TAKEN_3 TAKEN_2 TAKEN(C)
#define TAKEN_4 TAKEN_3 TAKEN(D)
#define TAKEN_5 TAKEN_4 TAKEN(E)
#define TAKEN_6 TAKEN_5 TAKEN(F)
#define TAKEN_7 TAKEN_6 TAKEN(G)
#define TAKEN_8 TAKEN_7 TAKEN(H)
